"""What the subcommands of `lobby` do, one file a noun."""
