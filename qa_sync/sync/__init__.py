"""Side room: the dataflow carried out between two systems (DESIGN 6).

    Dataflow -> lanes -> (matching | creating | keeping) -> writer (| fault) -> CycleSummary

It shares with the judge no opinion beyond the document, the connectors and the value rules.
"""
