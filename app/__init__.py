"""gongkai (公开): Chinese departmental budget and final-account disclosures as a read-only API."""
