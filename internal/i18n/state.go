package i18n

var state = map[string]Message{}
