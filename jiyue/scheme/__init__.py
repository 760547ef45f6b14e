"""The 改造方案: one value of facts (`gather`), one document of words (`document`), and the formats that render it."""
