using System.Text;

namespace Slipway.Cli.Tests.Support;

/// <summary>A command line in a test: what goes in, what came out.</summary>
internal sealed class FakeSurroundings : IDisposable
{
    private readonly MemoryStream _out = new();
    private readonly MemoryStream _error = new();

    public FakeSurroundings(string directory, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        Value = new Surroundings
        {
            Out = _out,
            Error = _error,
            In = new MemoryStream(Encoding.UTF8.GetBytes(input)),
            Directory = directory,
            Environment = environment ?? new Dictionary<string, string>(),
        };
    }

    public Surroundings Value { get; }
    public string Out => Encoding.UTF8.GetString(_out.ToArray());
    public string Error => Encoding.UTF8.GetString(_error.ToArray());

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    /// <summary>Runs one command line in a folder.</summary>
    public static (int Exit, string Out, string Error) Run(string directory, params string[] arguments)
    {
        using var fake = new FakeSurroundings(directory);
        var exit = SlipwayProgram.Run(arguments, fake.Value);
        return (exit, fake.Out, fake.Error);
    }
}
