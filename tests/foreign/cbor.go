package foreign

import (
	"crypto/sha256"
	"errors"
)

// reader reads the few items of CBOR that an exported log has. After the first error everything is empty.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) head(major byte) uint64 {
	if r.err != nil || len(r.rest) == 0 || r.rest[0]>>5 != major {
		r.err = errors.New("not the CBOR that was expected")
		r.rest = nil
		return 0
	}
	short := r.rest[0] & 31
	r.rest = r.rest[1:]
	if short < 24 {
		return uint64(short)
	}
	length := 1 << (short - 24)
	if length > 8 || length > len(r.rest) {
		r.err, r.rest = errors.New("CBOR that broke off"), nil
		return 0
	}
	var value uint64
	for _, b := range r.rest[:length] {
		value = value<<8 | uint64(b)
	}
	r.rest = r.rest[length:]
	return value
}

func (r *reader) uint() uint64  { return r.head(0) }
func (r *reader) array() uint64 { return r.head(4) }

func (r *reader) bytes() []byte {
	length := r.head(2)
	if length > uint64(len(r.rest)) {
		r.err, r.rest = errors.New("bytes that broke off"), nil
		return nil
	}
	found := r.rest[:length]
	r.rest = r.rest[length:]
	return found
}

func sum(of []byte) []byte {
	hash := sha256.Sum256(of)
	return hash[:]
}
