"""SELECT only: each resource declared once, its filters, its order, its statements. One file per resource."""
