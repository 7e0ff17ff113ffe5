"""How fast the importer is, each figure beside a baseline measured in the same run."""
