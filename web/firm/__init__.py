"""The pages of firms: claiming, tasks, forms, evidence, sending, standing, people."""
