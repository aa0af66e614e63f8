"""What requests may hold and answers look like; OpenAPI is written from these."""
