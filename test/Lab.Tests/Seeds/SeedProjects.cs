namespace Slipway.Lab.Tests.Seeds;

/// <summary>The projects that the seed pipelines expect to find themselves in.</summary>
internal static class SeedProjects
{
    /// <summary>A Node package with a build and a test.</summary>
    public static Dictionary<string, string> Web() =>
        new(StringComparer.Ordinal)
        {
            ["package.json"] = """
                { "name": "web", "version": "1.0.0", "private": true,
                  "scripts": { "build": "mkdir -p dist && cp index.js dist/", "test": "node --test" } }
                """,
            ["package-lock.json"] = """
                { "name": "web", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
                  "packages": { "": { "name": "web", "version": "1.0.0" } } }
                """,
            ["index.js"] = "module.exports = 42;\n",
            ["index.test.js"] = """
                const test = require('node:test'), assert = require('node:assert');
                test('the answer', () => assert.equal(require('./index.js'), 42));
                """,
        };

    /// <summary>A Flask application with a pytest suite and a Dockerfile.</summary>
    public static Dictionary<string, string> Python() =>
        new(StringComparer.Ordinal)
        {
            ["requirements.txt"] = "flask\npytest\n",
            ["app.py"] = """
                from flask import Flask
                app = Flask(__name__)
                @app.get("/")
                def index():
                    return "slipway"
                """,
            ["pytest.ini"] = "[pytest]\npythonpath = .\n",
            ["tests/test_app.py"] = """
                from app import app
                def test_index():
                    assert app.test_client().get("/").data == b"slipway"
                """,
            ["Dockerfile"] = """
                FROM python:3.9-slim
                WORKDIR /app
                COPY . /app
                RUN pip install --no-cache-dir -r requirements.txt
                CMD ["python", "-c", "import app; print(app.app.test_client().get('/').data.decode())"]
                """,
        };

    /// <summary>An image that carries its own tests.</summary>
    public static Dictionary<string, string> ImageWithTests() =>
        new(StringComparer.Ordinal)
        {
            ["Dockerfile"] = """
                FROM alpine:latest
                COPY run/ /script/to/run/
                RUN chmod -R a+rx /script && echo built > /built
                CMD ["cat", "/built"]
                """,
            ["run/tests"] = "#!/bin/sh\necho tests passed in the image\n",
            ["run/another/test"] = "#!/bin/sh\necho another test passed in the image\n",
            ["deploy.sh"] = "#!/bin/sh\necho deployed \"$CI_COMMIT_SHA\"\n",
        };
}
