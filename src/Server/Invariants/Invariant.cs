namespace Slipway.Server.Invariants;

/// <summary>Something that must be true of all that is kept, whenever the server was killed (reliability-security A3).</summary>
/// <param name="Id"><c>I1</c> to <c>I13</c> are the specification's; others have a word.</param>
/// <param name="Sentence">What must be true.</param>
/// <param name="LookAsync">Goes over all of it.</param>
internal sealed record Invariant(string Id, string Sentence, Func<Scene, CancellationToken, Task<Sighting>> LookAsync)
{
    public static IReadOnlyList<Invariant> All { get; } =
    [
        new("I1", "every pipeline has a number of its own in its project", PipelineInvariants.NumbersAsync),
        new("I2", "every pipeline has all of its jobs or none", PipelineInvariants.WholeAsync),
        new("I3", "a pipeline is over exactly when its jobs are", PipelineInvariants.EndsAsync),
        new("I4", "every running job has been heard of lately", JobInvariants.LeasesAsync),
        new("I5", "of all attempts at a job the newest counts, and no other", JobInvariants.AttemptsAsync),
        new("I6", "every job's log is whole", LogInvariants.LookAsync),
        new("I7", "every artifact has its bytes", BlobInvariants.LookAsync),
        new("I8", "every layer has its bytes", RegistryInvariants.BlobsAsync),
        new("I9", "every image has all that it names", RegistryInvariants.ManifestsAsync),
        new("I10", "every image counts as what it names", ImageSizeInvariants.LookAsync),
        new("I11", "every repository is sound and has its pipelines' commits", GitInvariants.LookAsync),
        new("I12", "a push has one pipeline for each ref it moved", PipelineInvariants.PushesAsync),
        new("I13", "a resource group lets one job in at a time", JobInvariants.ResourceGroupsAsync),
        new("proxy", "every image of another registry is as it was pulled", ProxyInvariants.LookAsync),
        new("work", "no work was given up on", WorkInvariants.GivenUpAsync),
        new("audit", "nobody has changed the record of what was done", WorkInvariants.AuditAsync),
    ];

    public async Task<Diagnosis.Check> CheckAsync(Scene scene, CancellationToken ct)
    {
        var seen = await LookAsync(scene, ct);
        var more = seen.Troubles.Count > Diagnosis.MostTroubles ? $", the first {Diagnosis.MostTroubles} are below" : "";
        return new Diagnosis.Check(
            $"{Id} {Sentence}",
            seen.Troubles.Count == 0 ? Diagnosis.Health.Good : Diagnosis.Health.Bad,
            seen.Troubles.Count == 0 ? seen.Of : $"{seen.Troubles.Count} wrong{more} ({seen.Of})"
        )
        {
            Troubles = [.. seen.Troubles.Take(Diagnosis.MostTroubles)],
        };
    }
}

/// <param name="Of">How much was looked at: <c>412 pipelines</c>.</param>
internal sealed record Sighting(string Of, IReadOnlyList<Diagnosis.Trouble> Troubles)
{
    public static string Count(long count, string one) =>
        count == 1 ? $"1 {one}"
        : one.EndsWith('y') ? $"{count} {one[..^1]}ies"
        : $"{count} {one}s";
}
