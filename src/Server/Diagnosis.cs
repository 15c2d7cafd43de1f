namespace Slipway.Server;

/// <summary>What <see cref="Doctor"/> found.</summary>
public sealed record Diagnosis(IReadOnlyList<Diagnosis.Check> Checks)
{
    /// <summary>Digests of the layers and manifests of images that are damaged, however many there are.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];

    /// <summary>Nothing is bad. What is doubtful does not count.</summary>
    public bool IsHealthy => Checks.All(check => check.Health != Health.Bad);

    public enum Health
    {
        Good,

        /// <summary>It works, and somebody should look.</summary>
        Doubtful,

        Bad,

        /// <summary>It could not be looked at, because something before it is bad.</summary>
        Unknown,
    }

    /// <summary>One thing that was looked at.</summary>
    /// <param name="Name">One word, or an invariant's number and what it says: <c>I3 pipelines end with their jobs</c>.</param>
    /// <param name="Said">A line: how it is.</param>
    public sealed record Check(string Name, Health Health, string Said)
    {
        /// <summary>At most <see cref="MostTroubles"/> of them.</summary>
        public IReadOnlyList<Trouble> Troubles { get; init; } = [];
    }

    /// <summary>Something that is not as it must be.</summary>
    /// <param name="What">In one line.</param>
    /// <param name="Where">The rows, files or repository.</param>
    /// <param name="Why">How it may have come about, or what follows from it.</param>
    /// <param name="Next">What to do.</param>
    public sealed record Trouble(string What, string Where, string Why, string Next);

    /// <summary>Troubles that are told of one check; of more there is only the number. 20.</summary>
    public const int MostTroubles = 20;
}
