#!/usr/bin/env python3
"""What boto3 and AWS's command line, which know nothing of Callark, find in a store on loopback.

usage: judge.py ENDPOINT ACCESS_KEY SECRET_KEY BUCKET KEY VERSION      (with the Python of .build-vault)

Prints one line of JSON: the SHA-256 and the size of the bytes, metadata, content type, tags, retention and hold of the version, the
store's own checksum, all versions of the key, uploads that were not finished, and whether the version could be deleted.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

import boto3
import botocore.config
import botocore.exceptions


def client(endpoint, access_key, secret_key):
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=access_key, aws_secret_access_key=secret_key,
        config=botocore.config.Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3}))


def optional(call, *path, **arguments):
    """A part of an answer; None if the store refuses, or has no such part."""
    try:
        answer = call(**arguments)
    except botocore.exceptions.ClientError:
        return None
    for name in path:
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def instant(value):
    return value.timestamp() if value else None


def is_deleted(s3, bucket, key, version):
    try:
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
        return True
    except botocore.exceptions.ClientError:
        return False


def command_line(endpoint, access_key, secret_key, *words):
    """What `aws s3api` answers."""
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret_key,
                   "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"}
    program = pathlib.Path(sys.executable).parent / "aws"
    done = subprocess.run([sys.executable, program, "--endpoint-url", endpoint, "--output", "json", "s3api", *words],
                          env=environment, capture_output=True, text=True, timeout=60, check=False)
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None


def main(endpoint, access_key, secret_key, bucket, key, version):
    s3 = client(endpoint, access_key, secret_key)
    this = {"Bucket": bucket, "Key": key, "VersionId": version}
    answer = s3.get_object(**this)
    digest, size = hashlib.sha256(), 0
    for piece in answer["Body"].iter_chunks(1 << 20):
        digest.update(piece)
        size += len(piece)
    head = s3.head_object(**this, ChecksumMode="ENABLED")
    retention = optional(s3.get_object_retention, "Retention", **this)
    versions = s3.list_object_versions(Bucket=bucket, Prefix=key)
    cli = command_line(endpoint, access_key, secret_key, "get-object-retention", "--bucket", bucket, "--key", key,
                       "--version-id", version)
    print(json.dumps({
        "sha256": digest.hexdigest(),
        "byte_count": size,
        "metadata": head["Metadata"],
        "content_type": head["ContentType"],
        "checksum": head.get("ChecksumSHA256"),
        "tags": {tag["Key"]: tag["Value"] for tag in optional(s3.get_object_tagging, "TagSet", **this) or []},
        "mode": retention and retention.get("Mode"),
        "until": retention and instant(retention.get("RetainUntilDate")),
        "cli_mode": cli and cli["Retention"]["Mode"],
        "is_held": optional(s3.get_object_legal_hold, "LegalHold", "Status", **this) == "ON",
        "versions": [each["VersionId"] for each in versions.get("Versions", []) if each["Key"] == key],
        "delete_markers": len(versions.get("DeleteMarkers", [])),
        "unfinished": len(s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])),
        "is_deleted": is_deleted(s3, bucket, key, version),
    }))


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    main(*sys.argv[1:])
