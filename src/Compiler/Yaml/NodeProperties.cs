using Slipway.Compiler.Yaml.Scanning;

namespace Slipway.Compiler.Yaml;

/// <summary>What stands before a node: <c>&amp;anchor</c> and <c>!tag</c>, in either order.</summary>
/// <param name="Tag">The whole tag, <c>tag:yaml.org,2002:str</c> for <c>!!str</c>; <see langword="null"/> without one.</param>
internal readonly record struct NodeProperties(Mark Start, string? Anchor, string? Tag)
{
    public bool IsEmpty => Anchor is null && Tag is null;
}

/// <summary>The <c>%TAG</c> and <c>%YAML</c> lines of one document.</summary>
internal sealed class Directives
{
    private readonly Dictionary<string, string> _prefixes = new(StringComparer.Ordinal);

    /// <summary>Whether the document begins with <c>---</c>; only then it may be empty.</summary>
    public bool BeginsDocument { get; private set; }

    /// <summary>Reads the directives and the <c>---</c> that begin a document, if they are there.</summary>
    public static Directives Read(TokenScanner tokens)
    {
        var directives = new Directives();
        var hasVersion = false;
        var any = false;
        for (; tokens.Peek().Kind is TokenKind.VersionDirective or TokenKind.TagDirective; tokens.Skip(), any = true)
        {
            var token = tokens.Peek();
            if (token.Kind == TokenKind.TagDirective)
                directives.AddPrefix(token);
            else if (hasVersion)
                throw new YamlSyntaxException("", default, "found duplicate %YAML directive", token.Start);
            else if (token.Text is not ("1.1" or "1.2"))
                throw new YamlSyntaxException("", default, "found incompatible YAML document", token.Start);
            else
                hasVersion = true;
        }
        directives.BeginsDocument = tokens.Peek().Kind == TokenKind.DocumentStart;
        if (directives.BeginsDocument)
            tokens.Skip();
        else if (any)
            throw new YamlSyntaxException("", default, "did not find expected <document start>", tokens.Peek().Start);
        return directives;
    }

    private void AddPrefix(Token token)
    {
        if (!_prefixes.TryAdd(token.Handle, token.Text))
            throw new YamlSyntaxException("", default, "found duplicate %TAG directive", token.Start);
    }

    /// <exception cref="YamlSyntaxException">No directive made the handle known.</exception>
    public string Resolve(Token tag, Mark node)
    {
        if (tag.Handle.Length == 0)
            return tag.Text;
        if (_prefixes.TryGetValue(tag.Handle, out var prefix))
            return prefix + tag.Text;
        return tag.Handle switch
        {
            "!" => "!" + tag.Text,
            "!!" => "tag:yaml.org,2002:" + tag.Text,
            _ => throw new YamlSyntaxException("while parsing a node", node, "found undefined tag handle", tag.Start),
        };
    }
}
