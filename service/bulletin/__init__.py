"""The monthly bulletin (月报): the indicators of a month as a document, a workbook and a PDF, with charts."""
