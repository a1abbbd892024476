FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir /src && rm -rf /src && useradd --create-home daraja
USER daraja
WORKDIR /home/daraja
EXPOSE 6737
ENTRYPOINT ["mock-daraja"]
CMD ["serve", "--host", "0.0.0.0", "--insecure", "--allow-callbacks-to", "private"]
