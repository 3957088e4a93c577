"""The catalogue of the data sets as open-data portals harvest it (DCAT-AP 3), and how it is written."""
