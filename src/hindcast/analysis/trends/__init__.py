"""Accidents and their fatal share by year, season and hour."""
