package i18n

var httpx = map[string]Message{}
