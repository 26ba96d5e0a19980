"""What every simulator does with HTTP: its routes, its pages, and the notifications that it sends."""
