"""Pictures of muscles on bones, as SVG, from the records; all of it needs the extra `figures`."""
