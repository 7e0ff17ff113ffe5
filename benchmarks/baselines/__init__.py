"""What the importer is measured against: scripts as plain users write them, and a public tool."""
