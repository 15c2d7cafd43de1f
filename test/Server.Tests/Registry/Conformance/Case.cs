using Xunit;

namespace Slipway.Server.Tests.Registry.Conformance;

/// <summary>A registry that the standard's cases are put to.</summary>
/// <param name="Algorithm">What its content is called by.</param>
/// <param name="NewRepository">The name of a repository that no other case has.</param>
internal sealed record Target(RegistryClient Client, string Algorithm, Func<string> NewRepository)
{
    public string Digest(byte[] bytes) => Images.Digest(bytes, Algorithm);
}

/// <summary>One case of the standard's own suite, by its number in our list of them.</summary>
internal sealed record Case(string Name, Func<Target, Task> RunAsync)
{
    public static IReadOnlyList<Case> All { get; } = [.. BlobCases.All, .. RangeCases.All, .. ManifestCases.All, .. DataSetCases.All];

    public static Case Of(string name) => All.Single(one => one.Name == name);

    /// <summary>An address of an upload, which may have a query of its own, with the digest it is to have.</summary>
    public static string With(string location, string digest) => $"{location}{(location.Contains('?') ? '&' : '?')}digest={digest}";

    /// <summary>Where an answer says to go on: every answer that takes something in says it.</summary>
    public static string Location(Said said, int status)
    {
        Assert.Equal((status, ""), (said.Status, said.Status == status ? "" : said.Text));
        Assert.NotNull(said.Header("Location"));
        return said.Location;
    }
}
