package foreign

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	cosigning "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// witness is one for a single log (c2sp.org/tlog-witness), in memory.
type witness struct {
	log    note.Verifier
	signer *cosigning.Signer
	mutex  sync.Mutex
	last   tlog.Tree
	// One entry for each cosignature: the size that it went on from.
	from []int64
}

// cosignature is the type of witnesses' keys (c2sp.org/tlog-cosignature); the library reads and writes 1, that of logs, in its place.
const cosignature = 4

// retyped writes a key under another type and its id.
func retyped(vkey string, kind byte, id uint32) (string, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return "", fmt.Errorf("not a key: %q", vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 {
		return "", fmt.Errorf("not a key: %q", vkey)
	}
	key[0] = kind
	return fmt.Sprintf("%s+%08x+%s", parts[0], id, base64.StdEncoding.EncodeToString(key)), nil
}

// newWitness makes a witness with a new key, and says its key as servers are told it.
func newWitness(name string, log note.Verifier) (*witness, string, error) {
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, "", err
	}
	signer, err := cosigning.NewSignerForCosignatureV1(secret)
	if err != nil {
		return nil, "", err
	}
	vkey, err := retyped(public, cosignature, signer.KeyHash())
	return &witness{log: log, signer: signer}, vkey, err
}

// ofWitness reads a witness's key.
func ofWitness(vkey string) (note.Verifier, error) {
	typed, err := retyped(vkey, 1, 0)
	if err != nil {
		return nil, err
	}
	verifier, err := cosigning.NewVerifierForCosignatureV1(typed)
	if err == nil && !strings.HasPrefix(vkey, fmt.Sprintf("%s+%08x+", verifier.Name(), verifier.KeyHash())) {
		err = fmt.Errorf("%q has the id %08x", vkey, verifier.KeyHash())
	}
	return verifier, err
}

func (w *witness) ServeHTTP(out http.ResponseWriter, asked *http.Request) {
	body, err := io.ReadAll(io.LimitReader(asked.Body, 1<<20))
	if err != nil || asked.Method != http.MethodPost || asked.URL.Path != "/add-checkpoint" {
		http.Error(out, "not a submission", http.StatusBadRequest)
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	status, answer := w.judge(string(body))
	if status == http.StatusConflict {
		out.Header().Set("Content-Type", "text/x.tlog.size")
	}
	out.WriteHeader(status)
	io.WriteString(out, answer)
}

func (w *witness) judge(body string) (int, string) {
	asked, signed, found := strings.Cut(body, "\n\n")
	lines := strings.Split(asked, "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if !found || err != nil {
		return http.StatusBadRequest, "not a submission\n"
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return http.StatusBadRequest, "not a hash\n"
		}
		proof = append(proof, tlog.Hash(hash))
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(w.log))
	if err != nil {
		return http.StatusForbidden, err.Error()
	}
	origin, tree, err := parse(opened.Text)
	if err != nil || origin != w.log.Name() {
		return http.StatusNotFound, "not that log\n"
	}
	if old != w.last.N || (tree.N == w.last.N && tree.Hash != w.last.Hash) {
		return http.StatusConflict, fmt.Sprintf("%d\n", w.last.N)
	}
	if old > 0 && tree.N != old {
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old, w.last.Hash); err != nil {
			return http.StatusUnprocessableEntity, err.Error()
		}
	}
	cosigned, err := note.Sign(&note.Note{Text: opened.Text}, w.signer)
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	w.last = tree
	w.from = append(w.from, old)
	_, line, _ := strings.Cut(string(cosigned), "\n\n")
	return http.StatusOK, line
}
