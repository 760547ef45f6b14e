"""A province's sites in one network namespace: names, pages and a way in, all real, none of it the lab."""
