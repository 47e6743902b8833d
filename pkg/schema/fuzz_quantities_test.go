package schema

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// FuzzQuantities takes any text for a quantity: it is refused, or its canonical form is the same amount, is what Kubernetes
// writes back, and stays as it is.
func FuzzQuantities(f *testing.F) {
	for _, seed := range []string{"0", "1", "1000m", "4096Mi", "1.5Gi", "0.5", "-1", "+5", "1e3", "1E3", "5E", "12Ei", "100n", "1u", ".5", "5.", "0Ki", "-0.5Ki", "", " 1", "1 Gi", "4GB",
		"1e100", "1e-2000000000", "1E99", "99999999999999999999Ei", "0.000000000001", "1.000", "00012", "1024Ki", strings.Repeat("9", 90), "1" + strings.Repeat("0", 31)} {
		f.Add(seed)
	}
	quantity := Of[resource.Quantity]()
	f.Fuzz(func(t *testing.T, s string) {
		begin := time.Now()
		refused := 0
		got, accepted := quantity.Check(s, "", func(Finding) { refused++ }).(string)
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		if !accepted {
			if refused != 1 {
				t.Errorf("refused, and said so %d times", refused)
			}
			return
		}
		if again := quantity.Check(got, "", func(f Finding) { t.Errorf("%q is refused: %+v", got, f) }); again != got {
			t.Errorf("want %q to stay, got %q", got, again)
		}
		if was, is := resource.MustParse(s), resource.MustParse(got); was.Cmp(is) != 0 {
			t.Errorf("%q and %q are not the same amount", s, got)
		}
		var q resource.Quantity
		text, err := json.Marshal(s)
		if err == nil {
			err = json.Unmarshal(text, &q)
		}
		if back, err2 := json.Marshal(q); err != nil || err2 != nil || string(back) != `"`+got+`"` {
			t.Errorf("want what Kubernetes writes, %s, got %q: %v, %v", back, got, err, err2)
		}
	})
}
