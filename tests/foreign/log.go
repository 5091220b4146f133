// Package foreign reads and witnesses a log of this project with the Go implementations of the C2SP formats, which share no line with it.
package foreign

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The mission's certificate is its own; what the log says is verified under its key.
var client = &http.Client{
	Timeout:   20 * time.Second,
	Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
}

// get gives the body of a 200, and an error with the status otherwise.
func get(url string) ([]byte, error) {
	answer, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", url, answer.Status, body)
	}
	return body, err
}

// parse reads the three lines of a checkpoint's text.
func parse(text string) (origin string, tree tlog.Tree, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", tlog.Tree{}, fmt.Errorf("not three lines: %q", text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return "", tlog.Tree{}, fmt.Errorf("not a root: %q", lines[2])
	}
	return lines[0], tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

// head fetches and verifies the checkpoint of a server.
func head(url string, log note.Verifier, witnesses ...note.Verifier) (*note.Note, tlog.Tree, error) {
	body, err := get(url)
	if err != nil {
		return nil, tlog.Tree{}, err
	}
	opened, err := note.Open(body, note.VerifierList(append(witnesses, log)...))
	if err != nil {
		return nil, tlog.Tree{}, fmt.Errorf("%w: %s", err, body)
	}
	origin, tree, err := parse(opened.Text)
	if err == nil && origin != log.Name() {
		err = fmt.Errorf("origin %q, and the key is %q", origin, log.Name())
	}
	return opened, tree, err
}

// tiles reads the tiles of a server (c2sp.org/tlog-tiles) as the checksum database's client reads its own.
type tiles struct {
	prefix string
	// saved has those that were authenticated.
	saved map[tlog.Tile][]byte
}

func (*tiles) Height() int { return 8 }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		if found[i] = t.saved[tile]; found[i] != nil {
			continue
		}
		// Of sumdb's path `tile/8/0/x001/067.p/3`, C2SP leaves out the height.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		body, err := get(t.prefix + "/" + path)
		if err != nil {
			return nil, err
		}
		if len(body) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", path, len(body))
		}
		found[i] = body
	}
	return found, nil
}

func (t *tiles) SaveTiles(read []tlog.Tile, data [][]byte) {
	for i, tile := range read {
		t.saved[tile] = data[i]
	}
}

// exported reads the leaves of an exported log (docs/formats.md, section 15): each is [1, SHA-256(object), received].
func exported(file []byte) (leaves [][]byte, err error) {
	r := &reader{rest: file}
	if r.array() != 5 || r.uint() != 1 {
		return nil, fmt.Errorf("not an exported log")
	}
	r.bytes()
	r.bytes()
	for range r.array() {
		parts := r.array()
		from := r.rest
		r.uint()
		received := from[:len(from)-len(r.rest)]
		hash := sum(r.bytes())
		if parts == 3 {
			hash = r.bytes()
		}
		leaves = append(leaves, bytes.Join([][]byte{{0x83, 0x01, 0x58, 0x20}, hash, received}, nil))
	}
	return leaves, r.err
}
