namespace Slipway.Runner;

/// <summary>Where the runners of a project share their cache archives, as functions. Archives have tags: two with the same tag are the same.</summary>
public sealed record SharedCache
{
    /// <summary>Asks for the archive of a key, telling the tag of the one that is here already.</summary>
    public required Func<string, string?, CancellationToken, Task<SharedCacheAnswer>> Fetch { get; init; }

    /// <summary>Puts an archive, read from its beginning, in the place of the key's old one. Its tag, or why it is not kept.</summary>
    public required Func<string, Stream, CancellationToken, Task<(string? Tag, string Problem)>> Send { get; init; }
}

/// <summary>What came of asking for a shared archive.</summary>
public abstract record SharedCacheAnswer
{
    private SharedCacheAnswer() { }

    /// <param name="Content">To be disposed.</param>
    public sealed record Archive(string Tag, Stream Content) : SharedCacheAnswer;

    /// <summary>The one that is here is it.</summary>
    public sealed record Unchanged : SharedCacheAnswer;

    public sealed record None : SharedCacheAnswer;

    public sealed record Failed(string Problem) : SharedCacheAnswer;
}
