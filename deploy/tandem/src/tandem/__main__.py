"""`python -m tandem` is `tandem`."""

from tandem.app import main

main()
