"""What each lever gave: features, learning and other learners, each measured against the rest."""
