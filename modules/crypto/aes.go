package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// rounds is how often the digest is taken for a key: Kamailio's.
const rounds = 5

var (
	errKey  = errors.New("without key_derivation, the key is 16 or 32 bytes in base64")
	errText = errors.New("it is no text that this key has encrypted")
)

// derive makes key and initialization vector of AES-256 from a password, as
// EVP_BytesToKey of OpenSSL does with SHA-1 and without a salt.
func derive(password string) (key, iv []byte) {
	var out, digest []byte
	for len(out) < 32+aes.BlockSize {
		h := sha1.New()
		h.Write(digest)
		h.Write([]byte(password))
		digest = h.Sum(nil)
		for range rounds - 1 {
			sum := sha1.Sum(digest)
			digest = sum[:]
		}
		out = append(out, digest...)
	}
	return out[:32], out[32 : 32+aes.BlockSize]
}

// givenKey is a key in base64: of AES-128 or AES-256.
func givenKey(s string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(key) != 16 && len(key) != 32 {
		return nil, errKey
	}
	return key, nil
}

// encrypt is text in AES-CBC and base64. Without key derivation the
// initialization vector stands before it.
func (m *Module) encrypt(text, key string) (string, error) {
	var k, iv, head []byte
	if m.derivation != 0 {
		k, iv = derive(key)
	} else {
		var err error
		if k, err = givenKey(key); err != nil {
			return "", err
		}
		if iv, err = m.vector(); err != nil {
			return "", err
		}
		head = iv
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return "", err
	}
	pad := aes.BlockSize - len(text)%aes.BlockSize
	b := append(make([]byte, 0, len(head)+len(text)+pad), head...)
	b = append(b, text...)
	for range pad {
		b = append(b, byte(pad))
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(b[len(head):], b[len(head):])
	return base64.StdEncoding.EncodeToString(b), nil
}

// vector is the initialization vector of one encryption.
func (m *Module) vector() ([]byte, error) {
	if m.initVector == "" {
		iv := make([]byte, aes.BlockSize)
		m.random.Read(iv)
		return iv, nil
	}
	iv, err := base64.StdEncoding.DecodeString(m.initVector)
	if err != nil || len(iv) != aes.BlockSize {
		return nil, fmt.Errorf("init_vector %.60q is not 16 bytes in base64", m.initVector)
	}
	return iv, nil
}

// decrypt is what encrypt was given.
func (m *Module) decrypt(text, key string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("%.60q is not base64", text)
	}
	var k, iv []byte
	if m.derivation != 0 {
		k, iv = derive(key)
	} else {
		if k, err = givenKey(key); err != nil {
			return "", err
		}
		if len(b) < aes.BlockSize {
			return "", errText
		}
		iv, b = b[:aes.BlockSize], b[aes.BlockSize:]
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return "", err
	}
	if len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return "", errText
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(b, b)
	pad := int(b[len(b)-1])
	if pad == 0 || pad > aes.BlockSize {
		return "", errText
	}
	for _, c := range b[len(b)-pad:] {
		if int(c) != pad {
			return "", errText
		}
	}
	return string(b[:len(b)-pad]), nil
}

// assign gives a result to a variable; an error is logged, and it stays.
func assign(c *registry.Ctx, fn string, dst *registry.Var, s string, err error) int {
	if err != nil {
		c.Log.Errorf(name, "%s: %v", fn, err)
		return -1
	}
	vals := c.Borrow(1)
	defer c.Return(vals)
	vals[0] = value.OfStr(s)
	return registry.Truth(dst.Set(c, &vals[0]))
}
