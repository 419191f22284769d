"""Reads everybody in a user pool with boto3's paginator; prints how many, and the seconds that it took, as JSON.

pages.py POOL
"""

import json
import sys
import time

import boto3

pages = boto3.client("cognito-idp").get_paginator("list_users")
began = time.perf_counter()
people = 0
for page in pages.paginate(UserPoolId=sys.argv[1], PaginationConfig={"PageSize": 60}):
    people += len(page["Users"])
print(json.dumps({"people": people, "seconds": time.perf_counter() - began}))
