"""The service: parameters, problems, the envelope, the OpenAPI document, routes of a few lines."""
