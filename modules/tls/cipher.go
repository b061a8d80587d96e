package tls

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
)

// suite is a cipher suite of Go with its OpenSSL name and the words that
// OpenSSL's cipher lists know it by.
type suite struct {
	id    uint16
	name  string
	words string
}

// suites are those of TLS 1.2 and older; TLS 1.3's are not set by cipher_list
// in OpenSSL either. RC4 and 3DES are left out, as in Debian's OpenSSL. Those
// of Go's own choice are marked DEFAULT.
var suites = []suite{
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384", "DEFAULT HIGH ECDHE ECDSA AES AES256 AESGCM SHA384 TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", "DEFAULT HIGH ECDHE aRSA AES AES256 AESGCM SHA384 TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305", "DEFAULT HIGH ECDHE ECDSA CHACHA20 SHA256 TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305", "DEFAULT HIGH ECDHE aRSA CHACHA20 SHA256 TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256", "DEFAULT HIGH ECDHE ECDSA AES AES128 AESGCM SHA256 TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", "DEFAULT HIGH ECDHE aRSA AES AES128 AESGCM SHA256 TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, "ECDHE-ECDSA-AES128-SHA256", "HIGH ECDHE ECDSA AES AES128 SHA256 TLSv1.2"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, "ECDHE-RSA-AES128-SHA256", "HIGH ECDHE aRSA AES AES128 SHA256 TLSv1.2"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, "ECDHE-ECDSA-AES256-SHA", "DEFAULT HIGH ECDHE ECDSA AES AES256 SHA1 TLSv1"},
	{tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, "ECDHE-RSA-AES256-SHA", "DEFAULT HIGH ECDHE aRSA AES AES256 SHA1 TLSv1"},
	{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, "ECDHE-ECDSA-AES128-SHA", "DEFAULT HIGH ECDHE ECDSA AES AES128 SHA1 TLSv1"},
	{tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, "ECDHE-RSA-AES128-SHA", "DEFAULT HIGH ECDHE aRSA AES AES128 SHA1 TLSv1"},
	{tls.TLS_RSA_WITH_AES_256_GCM_SHA384, "AES256-GCM-SHA384", "HIGH kRSA aRSA AES AES256 AESGCM SHA384 TLSv1.2"},
	{tls.TLS_RSA_WITH_AES_128_GCM_SHA256, "AES128-GCM-SHA256", "HIGH kRSA aRSA AES AES128 AESGCM SHA256 TLSv1.2"},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA256, "AES128-SHA256", "HIGH kRSA aRSA AES AES128 SHA256 TLSv1.2"},
	{tls.TLS_RSA_WITH_AES_256_CBC_SHA, "AES256-SHA", "HIGH kRSA aRSA AES AES256 SHA1 SSLv3"},
	{tls.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA", "HIGH kRSA aRSA AES AES128 SHA1 SSLv3"},
}

// aliases are other words for the same, and "" for what no suite of Go is.
var aliases = map[string]string{
	"EECDH": "ECDHE", "kECDHE": "ECDHE", "kEECDH": "ECDHE", "aECDSA": "ECDSA", "RSA": "kRSA", "SHA": "SHA1",
	"LOW": "", "MEDIUM": "", "RC4": "", "3DES": "", "EXP": "", "EXPORT": "", "NULL": "", "eNULL": "", "aNULL": "", "ADH": "", "AECDH": "", "MD5": "",
	"DES": "", "IDEA": "", "SEED": "", "CAMELLIA": "", "ARIA": "", "AESCCM": "", "AESCCM8": "", "PSK": "", "kPSK": "", "aPSK": "",
	"SRP": "", "kSRP": "", "aSRP": "", "DSS": "", "aDSS": "", "DH": "", "EDH": "", "DHE": "", "kDHE": "", "kEDH": "", "ECDH": "ECDHE",
	"COMPLEMENTOFDEFAULT": "", "COMPLEMENTOFALL": "", "GOST": "", "kGOST": "", "aGOST": "", "SSLv2": "", "RC2": "",
}

// parseCiphers evaluates a list in OpenSSL's notation (ciphers(1)) over Go's
// suites. nil: Go's choice. unknown are the words that name nothing here; as
// in OpenSSL they do no harm while something is left. Go orders the suites
// itself, so that the list's order does not matter.
func parseCiphers(list string) (ids []uint16, unknown []string, err error) {
	if strings.TrimSpace(list) == "" {
		return nil, nil, nil
	}
	have, never := map[uint16]bool{}, map[uint16]bool{}
	for _, word := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(":, ;", r) }) {
		op, name := word[0], word
		if strings.ContainsRune("!-+", rune(op)) {
			name = word[1:]
		}
		if name == "" || name[0] == '@' {
			continue // @STRENGTH orders; @SECLEVEL is OpenSSL's
		}
		picked, ok := pick(name)
		if !ok && op != '!' && op != '-' {
			unknown = append(unknown, name)
		}
		for _, id := range picked {
			switch op {
			case '!':
				never[id] = true
				delete(have, id)
			case '-':
				delete(have, id)
			case '+': // to the end: no matter
			default:
				have[id] = !never[id]
			}
		}
	}
	for _, s := range suites {
		if have[s.id] {
			ids = append(ids, s.id)
		}
	}
	if len(ids) == 0 {
		return nil, unknown, fmt.Errorf("cipher_list %q leaves no cipher that Go's TLS has", list)
	}
	return ids, unknown, nil
}

// pick is the suites that a word names; A+B are those that are both.
func pick(name string) (ids []uint16, ok bool) {
	for _, s := range suites {
		if s.name == name || tls.CipherSuiteName(s.id) == name {
			return []uint16{s.id}, true
		}
	}
	parts := strings.Split(name, "+")
	for _, p := range parts {
		if !known(p) {
			return nil, false
		}
	}
	for _, s := range suites {
		words := strings.Fields(s.words)
		all := true
		for _, p := range parts {
			if a, ok := aliases[p]; ok {
				p = a
			}
			all = all && (p == "ALL" || slices.Contains(words, p))
		}
		if all {
			ids = append(ids, s.id)
		}
	}
	return ids, true
}

func known(word string) bool {
	if _, ok := aliases[word]; ok || word == "ALL" {
		return true
	}
	for _, s := range suites {
		if slices.Contains(strings.Fields(s.words), word) {
			return true
		}
	}
	return false
}
