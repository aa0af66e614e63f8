"""The commands of the command line that look after the server's store."""
