"""Laws for database migrations and schemas. This package only carries the program: run `lawbook`."""
