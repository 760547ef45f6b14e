"""The register of government websites: what units registered, wherever it runs today (国办发〔2017〕47号)."""
