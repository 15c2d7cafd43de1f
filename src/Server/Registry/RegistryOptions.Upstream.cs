using System.Text;

namespace Slipway.Server.Registry;

public sealed partial record RegistryOptions
{
    /// <summary>A registry that images are fetched from.</summary>
    /// <param name="Name">How images name it: <c>docker.io</c>, <c>quay.io</c>.</param>
    /// <param name="Url">Where it is: <c>https://registry-1.docker.io</c>.</param>
    public sealed record Upstream(string Name, Uri Url)
    {
        /// <summary>Where Docker's images come from, and the name that nobody writes.</summary>
        public const string Hub = "docker.io";

        /// <summary>Signs in there. Nothing: nobody does.</summary>
        public string? User { get; init; }

        /// <summary>Never printed.</summary>
        public string? Password { get; init; }

        private bool PrintMembers(StringBuilder builder)
        {
            builder.Append(Name).Append(' ').Append(Url);
            return true;
        }
    }
}
