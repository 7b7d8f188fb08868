"""The same boards for Grafana: as JSON, as files to provision, and published over its API."""
