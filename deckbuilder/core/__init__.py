"""What every stage stands on: where a project is, faults and their places, text, addresses, git, pictures as files."""
