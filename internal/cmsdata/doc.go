// Package cmsdata is the codec of CMS SignedData (RFC 5652) and of the attributes that CAdES and time-stamps put into it
// (RFC 5035, EN 319 122-1). It reads BER from memory or from a stream of any length, keeps the octets that were signed as they
// came, checks one signature at a time, and writes DER. It knows nothing of trust, times or levels.
package cmsdata
