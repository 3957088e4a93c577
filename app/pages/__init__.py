"""Pages for people: the data set, its departments and its documents as plain HTML in Chinese and English."""
