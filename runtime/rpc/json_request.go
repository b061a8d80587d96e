package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// JSONRequest is a JSON-RPC 2.0 request.
type JSONRequest struct {
	Method string
	Args   Args
	ID     json.RawMessage // as it came; nil where there is none
	// ReplyName is the reply FIFO's name: Kamailio's own member, of the FIFO
	// transport.
	ReplyName string
}

// ErrNotJSON is wrapped by what ParseJSON says of a text that is no JSON document.
var ErrNotJSON = errors.New("not JSON")

// ParseJSON reads a JSON-RPC 2.0 request. The members of "params" are taken in
// order, and their names, where it is an object, ignored: Kamailio jsonrpcs
// manual, Important Remarks. Batches are refused, as there. A request that is
// an object fills ID and ReplyName even where err is set, to send the error to.
func ParseJSON(doc []byte) (req JSONRequest, err error) {
	var raw struct {
		Version   json.RawMessage `json:"jsonrpc"`
		Method    json.RawMessage `json:"method"`
		Params    json.RawMessage `json:"params"`
		ID        json.RawMessage `json:"id"`
		ReplyName json.RawMessage `json:"reply_name"`
	}
	if err := json.Unmarshal(doc, &raw); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return req, errors.New("a JSON-RPC request is one object; batches are not taken")
		}
		return req, fmt.Errorf("%w: %w", ErrNotJSON, err)
	}
	var text string
	if json.Unmarshal(raw.ID, &text) == nil && first(raw.ID) == '"' {
		req.ID = appendJSONString(nil, text)
	} else if c := first(raw.ID); c == '-' || c >= '0' && c <= '9' || c == 'n' {
		req.ID = raw.ID
	} else if raw.ID != nil {
		err = errors.New(`"id" must be a string or a number`)
	}
	if raw.ReplyName != nil && json.Unmarshal(raw.ReplyName, &req.ReplyName) != nil {
		return req, errors.New(`"reply_name" must be a string`)
	}
	if err != nil {
		return req, err
	}
	var version string
	if json.Unmarshal(raw.Version, &version) != nil || version != "2.0" {
		return req, errors.New(`"jsonrpc" must be "2.0"`)
	}
	if json.Unmarshal(raw.Method, &req.Method) != nil || req.Method == "" {
		return req, errors.New(`"method" must be the name of an RPC command`)
	}
	req.Args, err = jsonArgs(raw.Params)
	return req, err
}

// jsonArgs reads params: an array, or an object whose order counts.
func jsonArgs(params json.RawMessage) (args Args, err error) {
	args.Form = FormJSON
	open := first(params)
	if open == 0 || open == 'n' {
		return args, nil
	}
	if open != '[' && open != '{' {
		return args, errors.New(`"params" must be an array or an object`)
	}
	dec := json.NewDecoder(bytes.NewReader(params))
	dec.UseNumber()
	if _, err := dec.Token(); err != nil {
		return args, err
	}
	for dec.More() {
		if open == '{' {
			if _, err := dec.Token(); err != nil {
				return args, err
			}
		}
		tok, err := dec.Token()
		if err != nil {
			return args, err
		}
		switch v := tok.(type) {
		case string, bool:
			args.Values = append(args.Values, v)
		case json.Number:
			args.Values = append(args.Values, number(v))
		default:
			return args, fmt.Errorf("error at parameter %d: a string, number or boolean is wanted", len(args.Values))
		}
	}
	return args, nil
}

// number is an integer, or what is none as a double.
func number(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, _ := n.Float64() // beyond the range it is infinite
	return f
}

// first is the first byte of a JSON value, 0 where there is none.
func first(raw json.RawMessage) byte {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}
