package peer

import (
	"fmt"

	"github.com/icholy/digest"
)

// Credentials are what a client knows for a digest.
type Credentials struct {
	User     string
	Password string
	Method   string // of A2: RFC 4976 says AUTH, Kamailio's 3-argument call hashes MSRP
	URI      string
}

// Authorization is the value of the Authorization header that answers
// challenge, the value of a WWW-Authenticate header.
func (c Credentials) Authorization(challenge string) (string, error) {
	ch, err := digest.ParseChallenge(challenge)
	if err != nil {
		return "", fmt.Errorf("challenge %q: %w", challenge, err)
	}
	if c.Method == "" {
		return "", fmt.Errorf("the digest's method is %q", c.Method)
	}
	cred, err := digest.Digest(ch, digest.Options{Method: c.Method, URI: c.URI, Username: c.User, Password: c.Password})
	if err != nil {
		return "", err
	}
	return cred.String(), nil
}
