// Package crypto is Kamailio's module crypto: AES and HMAC for routes.
package crypto

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"olelo/runtime/random"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "crypto"

// Module is the module's instance.
type Module struct {
	salted     bool // the parameter salt is not set to ""
	derivation int
	initVector string

	random *random.Source
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() registry.Module { return &Module{salted: true, derivation: 1} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	text, key, result := registry.Text("text"), registry.Text("key"), registry.OutP("result")
	aes := func(name, doc string, run func(*registry.Ctx, string, string, *registry.Var) int) registry.Func {
		f := registry.Fn3(name, text, key, result, registry.Any, run, doc)
		bind := f.Bind
		f.Bind = func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			if m.salted && m.derivation != 0 {
				return nil, errSalt
			}
			return bind(fx, args)
		}
		return f
	}
	netio := func(param string) func(registry.ParamValue) error {
		return func(v registry.ParamValue) error {
			if v.Int == 0 {
				return nil
			}
			return registry.NotRun("%s %d asks for the encryption of SIP on the wire (event_route[crypto:netio]), which olelo does not do yet", param, v.Int)
		}
	}
	return registry.Exports{
		Doc: "Encrypts texts with AES and signs them with HMAC.",
		Funcs: []registry.Func{
			aes("crypto_aes_encrypt", "Assigns the text, encrypted with AES-CBC, in base64. The key is a password, from which key and initialization vector of AES-256 are made; with key_derivation 0 it is 16 or 32 bytes in base64, and the initialization vector stands before the text.", m.encryptTo),
			aes("crypto_aes_decrypt", "Assigns the text that crypto_aes_encrypt was given. False, and nothing is assigned, where the key is another, or the text none that was encrypted.", m.decryptTo),
			registry.Fn3("crypto_hmac_sha256", text, key, result, registry.Any, sign, "Assigns the HMAC with SHA-256 (RFC 2104), in the base64 of URLs without padding (RFC 4648 section 5)."),
		},
		Params: []registry.Param{
			registry.StrFunc("salt", m.setSalt, `What the key is derived with: "" for nothing. Another one, and Kamailio's own default, is not run yet: crypto_aes_encrypt and crypto_aes_decrypt want salt "" or key_derivation 0.`),
			registry.Int("key_derivation", &m.derivation, "0 takes the key as it is, else it is derived from a password. Default: 1."),
			registry.Str("init_vector", &m.initVector, "The initialization vector with key_derivation 0: 16 bytes in base64. Without it each encryption has one by chance."),
			registry.Int("register_callid", new(int), "1 would make the Call-IDs of requests that the server sends by itself; there are none."),
			{Name: "register_evcb", Type: registry.ParamInt, Set: netio("register_evcb"), Doc: "1 is an error: SIP is not encrypted on the wire."},
			registry.Str("netio_key", new(string), "The key for register_evcb, without which it has no effect."),
			registry.StrFunc("kevcb_netio", func(v registry.ParamValue) error {
				return registry.NotRun("kevcb_netio is a function of a script in another language (KEMI), which olelo does not run")
			}, "A function of a KEMI script: an error."),
		},
		Differs: []registry.Difference{
			{Of: "modparam register_callid", How: "without module tm the server sends no requests that need a Call-ID", Idle: true},
			{Of: "modparam netio_key", How: "without register_evcb nothing is encrypted on the wire", Idle: true},
		},
	}
}

var errSalt = registry.NotRun(`with key_derivation 1 only the empty salt is run: set modparam("crypto", "salt", ""), also on Kamailio, or key_derivation 0. How Kamailio makes the bytes of another salt, or of its default, is not known`)

func (m *Module) setSalt(v registry.ParamValue) error {
	m.salted = v.Str != ""
	if m.salted {
		return registry.NotRun("the salt %q: how Kamailio makes its bytes is not known; \"\" is none, also on Kamailio", v.Str)
	}
	return nil
}

// Provision takes the chance for initialization vectors.
func (m *Module) Provision(h registry.Host) error {
	m.random = h.Random()
	return nil
}

func (m *Module) encryptTo(c *registry.Ctx, text, key string, result *registry.Var) int {
	s, err := m.encrypt(text, key)
	return assign(c, "crypto_aes_encrypt", result, s, err)
}

func (m *Module) decryptTo(c *registry.Ctx, text, key string, result *registry.Var) int {
	s, err := m.decrypt(text, key)
	return assign(c, "crypto_aes_decrypt", result, s, err)
}

func sign(c *registry.Ctx, text, key string, result *registry.Var) int {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return assign(c, "crypto_hmac_sha256", result, base64.RawURLEncoding.EncodeToString(h.Sum(nil)), nil)
}
