package bench

import (
	"fmt"
	"os"
	"testing"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestMain starts no clusters: those of a benchmark are its own.
func TestMain(m *testing.M) {
	_ = os.Unsetenv("GOGC") // it would be that of the programs that are measured
	var none []*bed.Cluster
	code := bed.Main(m, &none)
	if err := record.write(); err != nil { // a goal that was missed is no reason not to tell
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
