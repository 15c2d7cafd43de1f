using System.Globalization;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Schema;

namespace Slipway.Compiler.Tests.Schema;

/// <summary>Many values held to one schema in one go: the library counts its goes, and has few an hour.</summary>
internal static class Validation
{
    /// <returns>For each value what is wrong with it.</returns>
    public static List<string>[] Errors(JSchema schema, IEnumerable<JToken> values)
    {
        var all = new JArray(values);
        var list = new JSchema { Type = JSchemaType.Array };
        list.Items.Add(schema);
        all.IsValid(list, out IList<ValidationError> errors);
        var each = Enumerable.Range(0, all.Count).Select(_ => new List<string>()).ToArray();
        foreach (var error in errors)
            each[IndexOf(error)].Add($"{error.Path}: {error.Message}");
        return each;
    }

    /// <summary>Of <c>[12].a.b</c>.</summary>
    private static int IndexOf(ValidationError error)
    {
        while (!error.Path.StartsWith('[') && error.ChildErrors is [var child, ..])
            error = child;
        return int.Parse(error.Path.AsSpan(1, error.Path.IndexOf(']') - 1), CultureInfo.InvariantCulture);
    }
}
