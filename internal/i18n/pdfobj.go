package i18n

var pdfobj = map[string]Message{}
