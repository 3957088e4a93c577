"""`python -m app` is the command `gongkai`, where its script is not on the path."""

from app.cli import main

main()
