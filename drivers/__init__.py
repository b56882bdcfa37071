"""How the box speaks to hardware."""
