using System.Globalization;
using System.Text;

namespace Slipway.Server.Http.Metrics;

/// <summary>How often something took how long, in Prometheus' buckets. Counts from many threads at once.</summary>
internal sealed class Histogram
{
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _ticks;

    public void Add(TimeSpan took)
    {
        var at = Array.FindIndex(Bounds, bound => took.TotalSeconds <= bound);
        Interlocked.Increment(ref _counts[at < 0 ? Bounds.Length : at]);
        Interlocked.Add(ref _ticks, took.Ticks);
    }

    /// <summary>Writes it as lines of the text format. https://prometheus.io/docs/instrumenting/exposition_formats/</summary>
    public void WriteTo(StringBuilder text, string name)
    {
        var sum = 0L;
        for (var at = 0; at <= Bounds.Length; at++)
        {
            sum += Interlocked.Read(ref _counts[at]);
            var bound = at < Bounds.Length ? Bounds[at].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{bound}\"}} {sum}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum {TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_count {sum}\n");
    }
}
