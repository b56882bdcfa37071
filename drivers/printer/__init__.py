"""Receipt printers that speak ESC/POS, over TCP, a serial line or a USB printer device."""
